import { TokenizerError, TokenParser, TokenParserError, Tokenizer, TokenType } from "@streamparser/json";
import { Breakage } from "./breakage";
import { type LineColumn, TextPosition } from "./text-position";

/** A JSON text that is not one, and where; `what` goes on after "at line 3, column 5". */
export class JsonError extends Breakage {
  readonly place: LineColumn;
  readonly what: string;

  constructor(place: LineColumn, what: string) {
    super(`breaks off at line ${place.line}, column ${place.column}: ${what}`);
    this.place = place;
    this.what = what;
  }
}

/** Nothing a dataset holds nests deeper; what does would only fill the memory. */
const MAX_DEPTH = 64;
/** Bytes of strings that are gathered before they are decoded at once. */
const STRING_BUFFER_BYTES = 1 << 16;

/** What the parser found under one of its paths. */
export interface FoundValue {
  readonly value: unknown;
  /** True when it stands in a list, false when it is a field of an object. */
  readonly inList: boolean;
  /** The field of the outermost object in which it lies, or null when the outermost is a list. */
  readonly field: string | null;
}

/** Reads the values under some paths (such as `$.*`) out of one JSON text that arrives as pieces of UTF-8. */
export class JsonValues {
  readonly #tokenizer = new Tokenizer({ stringBufferSize: STRING_BUFFER_BYTES });
  readonly #parser: TokenParser;
  readonly #position = new TextPosition();
  #piece: Uint8Array = new Uint8Array(0);
  #pieceStart = 0;
  #tokenOffset = 0;
  #depth = 0;

  constructor(paths: string[], onValue: (found: FoundValue) => void) {
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

  /** True once the outermost value is complete. */
  get isComplete(): boolean {
    return this.#parser.isEnded;
  }

  /** Parses a piece. @throws JsonError at the first character that cannot stand where it stands */
  write(piece: Uint8Array): void {
    this.#piece = piece;
    this.#run(() => this.#tokenizer.write(piece));
    this.#position.advance(piece);
    this.#pieceStart += piece.length;
  }

  /** Ends the text. @throws JsonError when the outermost value is not complete */
  end(): void {
    if (this.isComplete) return;
    throw new JsonError(this.#position.locate(new Uint8Array(0), 0), "the text ends in the middle");
  }

  #countDepth(token: TokenType): void {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#depth++;
    if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.#depth--;
    if (this.#depth > MAX_DEPTH) {
      throw new JsonError(
        this.#place(this.#tokenOffset),
        `lists and objects are nested more than ${MAX_DEPTH} deep`,
      );
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

  #place(offset: number): LineColumn {
    return this.#position.locate(this.#piece, offset - this.#pieceStart);
  }

  /** A character that no token has at that place. */
  #tokenizerError(error: TokenizerError): JsonError {
    const offset = Number(/absolute position "(\d+)"/.exec(error.message)?.[1] ?? this.#tokenOffset);
    const place = this.#place(offset);
    if (error.message.endsWith("in state STRING_DEFAULT")) {
      return new JsonError(place, "a text holds a line break or control character that is not escaped");
    }
    if (/in state STRING_/.test(error.message)) {
      return new JsonError(place, "a text holds a backslash before something that JSON does not escape");
    }
    const found = new TextDecoder().decode(this.#piece.subarray(offset - this.#pieceStart).subarray(0, 4));
    const character = String.fromCodePoint(found.codePointAt(0) ?? 0xfffd);
    return new JsonError(place, `${JSON.stringify(character)} was not expected here`);
  }

  /** A token that cannot follow the one before it. */
  #parserError(error: TokenParserError): JsonError {
    const state = /in state (\w+)$/.exec(error.message)?.[1] ?? "";
    const expected = expectedIn[state] ?? "the end of the file";
    return new JsonError(this.#place(this.#tokenOffset), `${expected} was expected here`);
  }
}

/** What the parser waits for in each of its states. */
const expectedIn: Readonly<Record<string, string>> = {
  VALUE: "a value",
  KEY: "a field name in quotes",
  COLON: "a colon after the field name",
  COMMA: "a comma or a closing bracket",
};
