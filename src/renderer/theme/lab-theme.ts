import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from "@mantine/core";

// Shade 6 on light ground and shade 4 on dark are the accent of tokens.css.
const bench: MantineColorsTuple = [
  "#e6eef8",
  "#cfdff2",
  "#b2cdee",
  "#9cc4f5",
  "#7ab0f0",
  "#3f7fcf",
  "#1c5cab",
  "#154a8c",
  "#103a70",
  "#0b2a52",
];

// The grounds and inks of tokens.css, for the kit's own dark parts.
const dark: MantineColorsTuple = [
  "#e4e8ec",
  "#b3bcc6",
  "#949eaa",
  "#6d7784",
  "#4a535d",
  "#2b3138",
  "#20252b",
  "#1a1e23",
  "#14171b",
  "#121518",
];

/** The UI kit, made as small and quiet as the bench wants it. */
export const LAB_THEME = createTheme({
  colors: { bench, dark },
  primaryColor: "bench",
  primaryShade: { light: 6, dark: 4 },
  // The accent is dark on light ground and light on dark ground: what is written on it follows.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    return input.variant === "filled" ? { ...colours, color: "var(--on-accent)" } : colours;
  },
  fontFamily: "var(--font-text)",
  fontFamilyMonospace: "var(--font-mono)",
  fontSizes: {
    xs: "var(--text-small)",
    sm: "var(--text-base)",
    md: "var(--text-base)",
    lg: "var(--text-large)",
    xl: "var(--text-title)",
  },
  defaultRadius: "var(--radius)",
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "xs" } },
    ActionIcon: { defaultProps: { size: "1.75rem", variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "xs" } },
    Tooltip: {
      defaultProps: {
        openDelay: 350,
        events: { hover: true, focus: true, touch: false },
        portalProps: { target: "#hints" },
        transitionProps: { duration: 100 },
      },
    },
    // The page itself never scrolls, so nothing has to be locked (and no unsigned style element is written).
    ModalRoot: { defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } },
    Checkbox: { defaultProps: { size: "xs" } },
    Switch: { defaultProps: { size: "md", withThumbIndicator: false } },
    SegmentedControl: { defaultProps: { size: "xs", transitionDuration: 100 } },
  },
});

/** Points the kit's own variables at tokens.css, so that both themes have one source. */
export const LAB_CSS_VARIABLES: CSSVariablesResolver = () => {
  const tokens = {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-3)",
    "--mantine-color-default": "var(--surface)",
    "--mantine-color-default-hover": "var(--hover)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-error": "var(--bad)",
    "--mantine-color-disabled": "var(--hover)",
    "--mantine-color-disabled-color": "var(--ink-3)",
    "--mantine-color-disabled-border": "var(--line)",
    "--mantine-primary-color-filled": "var(--accent)",
    "--mantine-primary-color-filled-hover": "var(--accent-hover)",
    "--mantine-primary-color-contrast": "var(--on-accent)",
    "--mantine-color-gray-light-color": "var(--ink-2)",
    "--mantine-color-gray-light-hover": "var(--hover)",
  };
  return { variables: {}, light: tokens, dark: tokens };
};
