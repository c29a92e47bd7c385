import { TokenizerError, TokenParser, TokenParserError, Tokenizer, TokenType } from "@streamparser/json";
import type { JsonBreak, JsonFault, TextPlace } from "../../../lib/problems/dataset-faults";
import { FileBreakError } from "../file-break-error";
import { type MendedPiece, PythonNumbers } from "./python-numbers";
import { TextPosition } from "./text-position";

/** A JSON syntax error with its position. */
export class JsonError extends FileBreakError {
  readonly json: JsonBreak;

  constructor(place: TextPlace, fault: JsonFault) {
    super({ kind: "json", place, fault });
    this.json = { place, fault };
  }
}

/** Maximum nesting depth, above any real dataset; bounds memory. */
const MAX_DEPTH = 64;
/** Buffer size for decoding strings. */
const STRING_BUFFER_BYTES = 1 << 16;

/** A value found under one of the paths. */
export interface FoundValue {
  readonly value: unknown;
  /** True for a list element, false for an object field. */
  readonly inList: boolean;
  /** The containing field of the outermost object; null if the outermost value is a list. */
  readonly field: string | null;
}

/** Extracts the values under the given paths (e.g. `$.*`) from JSON text that arrives as UTF-8 pieces. */
export class JsonValues {
  readonly #tokenizer = new Tokenizer({ stringBufferSize: STRING_BUFFER_BYTES });
  readonly #parser: TokenParser;
  readonly #position: TextPosition;
  readonly #numbers = new PythonNumbers();
  #piece: MendedPiece = this.#numbers.end();
  /** Offset of the current piece in the preprocessed text. */
  #pieceStart = 0;
  #tokenOffset = 0;
  #depth = 0;

  /** @param position start of the text, if it is embedded in another */
  constructor(paths: string[], onValue: (found: FoundValue) => void, position = new TextPosition()) {
    this.#position = position;
    keepByteOrderMarks(this.#tokenizer);
    this.#parser = new TokenParser({ paths, keepStack: false });
    this.#parser.onValue = ({ value, parent, stack, key }) => {
      const outer = stack[1] === undefined ? key : stack[1].key;
      onValue({ value, inList: Array.isArray(parent), field: typeof outer === "string" ? outer : null });
    };
    this.#parser.onEnd = () => {
      if (!this.#tokenizer.isEnded) this.#tokenizer.end();
    };
    this.#tokenizer.onToken = (token) => {
      this.#tokenOffset = token.offset;
      this.#countDepth(token.token);
      this.#parser.write(token);
    };
  }

  /** Whether the outermost value is complete. */
  get isComplete(): boolean {
    return this.#parser.isEnded;
  }

  /** Parses a piece. @throws JsonError at the first invalid character */
  write(piece: Uint8Array): void {
    this.#parse(this.#numbers.mend(piece));
  }

  /** Ends the input. @throws JsonError if the outermost value is incomplete */
  end(): void {
    this.#parse(this.#numbers.end());
    if (this.isComplete) return;
    throw new JsonError(this.#position.locate(new Uint8Array(0), 0), { kind: "ends-early" });
  }

  #parse(piece: MendedPiece): void {
    this.#piece = piece;
    this.#run(() => this.#tokenizer.write(piece.mended));
    this.#position.advance(piece.original);
    this.#pieceStart += piece.mended.length;
  }

  #countDepth(token: TokenType): void {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#depth++;
    if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.#depth--;
    if (this.#depth > MAX_DEPTH) {
      throw new JsonError(this.#place(this.#tokenOffset), { kind: "too-deep", maxDepth: MAX_DEPTH });
    }
  }

  #run(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof TokenizerError) throw this.#tokenizerError(error);
      if (error instanceof TokenParserError) throw this.#parserError(error);
      throw error;
    }
  }

  #place(offset: number): TextPlace {
    const { original, originalOffset } = this.#piece;
    return this.#position.locate(original, originalOffset(offset - this.#pieceStart));
  }

  /** An invalid character within a token. */
  #tokenizerError(error: TokenizerError): JsonError {
    const offset = Number(/absolute position "(\d+)"/.exec(error.message)?.[1] ?? this.#tokenOffset);
    const place = this.#place(offset);
    if (error.message.endsWith("in state STRING_DEFAULT")) {
      return new JsonError(place, { kind: "raw-control-character" });
    }
    if (/in state STRING_/.test(error.message)) {
      return new JsonError(place, { kind: "wrong-escape" });
    }
    const found = new TextDecoder().decode(
      this.#piece.mended.subarray(offset - this.#pieceStart).subarray(0, 4),
    );
    const character = String.fromCodePoint(found.codePointAt(0) ?? 0xfffd);
    return new JsonError(place, { kind: "unexpected", character });
  }

  /** An unexpected token. */
  #parserError(error: TokenParserError): JsonError {
    const state = /in state (\w+)$/.exec(error.message)?.[1] ?? "";
    const what = expectedIn[state] ?? "file-end";
    return new JsonError(this.#place(this.#tokenOffset), { kind: "expected", what });
  }
}

/** What the parser expects in each state. */
const expectedIn: Readonly<Record<string, "value" | "field-name" | "colon" | "comma">> = {
  VALUE: "value",
  KEY: "field-name",
  COLON: "colon",
  COMMA: "comma",
};

/** The library's decoder strips U+FEFF from the start of strings, where it is an ordinary character. */
function keepByteOrderMarks(tokenizer: Tokenizer): void {
  const { bufferedString } = tokenizer as unknown as { bufferedString: { decoder: TextDecoder } };
  bufferedString.decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
}
