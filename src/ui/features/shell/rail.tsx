import { ActionIcon, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import {
  IconAdjustmentsHorizontal,
  IconAlertTriangleFilled,
  IconChartLine,
  IconCircleCheckFilled,
  IconColumns2,
  IconCpu,
  IconDatabase,
  IconDeviceDesktop,
  IconMoon,
  IconPackageExport,
  IconSun,
  type Icon,
} from "@tabler/icons-react";
import { useStudio } from "../../store/context";
import { selectStepState, STEPS, type StepId, type StepState } from "../../store/selectors";
import { useText } from "../../text/text";
import { Search } from "../search/search";
import { LanguageSelect } from "./language-select";
import { Mark } from "./mark";
import classes from "./rail.module.css";
import { stepDetail } from "./step-detail";
import { useCurrentStep } from "./use-current-step";

const ICONS: Readonly<Record<StepId, Icon>> = {
  data: IconDatabase,
  model: IconCpu,
  method: IconAdjustmentsHorizontal,
  train: IconChartLine,
  compare: IconColumns2,
  export: IconPackageExport,
};

/** Navigation of the six steps with their state; a top bar on narrow screens. */
export function Rail() {
  const text = useText();
  const current = useCurrentStep();
  return (
    <header className={classes.rail}>
      <h1 className={classes.brand}>
        <Mark />
        <span className={classes.brandName}>{text.shell.brand}</span>
      </h1>
      <nav aria-label={text.shell.stepsLabel} className={classes.nav}>
        <ol className={classes.steps}>
          {STEPS.map((step) => (
            <StepLink key={step} step={step} current={step === current} />
          ))}
        </ol>
      </nav>
      <div className={classes.foot}>
        <LanguageSelect />
        <Search />
        <SchemeButton />
      </div>
    </header>
  );
}

function StepLink({ step, current }: { step: StepId; current: boolean }) {
  const text = useText();
  const { stepState, detail } = useStudio((state) => ({
    stepState: selectStepState(state, step),
    detail: stepDetail(state, step, text),
  }));
  const StepIcon = ICONS[step];
  return (
    <li>
      <a
        href={`#${step}`}
        className={classes.step}
        aria-current={current ? "step" : undefined}
        data-state={stepState}
        title={text.shell.steps[step]}
      >
        <span className={classes.icon}>
          <StepIcon size={20} stroke={1.75} aria-hidden />
          <span className={classes.badge}>
            <StateMark state={stepState} />
          </span>
        </span>
        <span className={classes.words}>
          <span className={classes.name}>{text.shell.steps[step]}</span>
          <span className={classes.detail}>{detail}</span>
        </span>
        <VisuallyHidden>{text.shell.spokenState(text.shell.stepStates[stepState])}</VisuallyHidden>
      </a>
    </li>
  );
}

function StateMark({ state }: { state: StepState }) {
  if (state === "done") return <IconCircleCheckFilled size={14} aria-hidden className={classes.done} />;
  if (state === "problem")
    return <IconAlertTriangleFilled size={14} aria-hidden className={classes.problem} />;
  return <span aria-hidden className={classes.dot} data-state={state} />;
}

const NEXT_SCHEME = { light: "dark", dark: "auto", auto: "light" } as const;
const SCHEME_ICONS = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop } as const;

function SchemeButton() {
  const text = useText();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const SchemeIcon = SCHEME_ICONS[colorScheme];
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      className={classes.scheme ?? ""}
      aria-label={text.shell.scheme[colorScheme]}
      title={text.shell.scheme[colorScheme]}
      onClick={() => {
        setColorScheme(NEXT_SCHEME[colorScheme]);
      }}
    >
      <SchemeIcon size={20} stroke={1.75} aria-hidden />
    </ActionIcon>
  );
}
