// How the YAML editor looks: lines, marks and colours, all from the tokens of app.css, so by day and by night.
import { EditorView, HighlightStyle, bracketMatching, highlightActiveLine, highlightActiveLineGutter, lineNumbers, syntaxHighlighting, tags } from "./vendor/codemirror.min.js";

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent-text)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: tags.content, color: "var(--text)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.labelName, tags.typeName, tags.keyword, tags.meta], color: "var(--warn)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface-2)", border: "1px solid var(--border)", borderRadius: "8px", maxHeight: "max(20rem, calc(100dvh - 350px))", minWidth: "0" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "1.55", overflow: "auto", minHeight: "16rem", borderRadius: "8px" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-content:focus-visible": { outline: "none" },
  ".cm-content ::selection": { backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--muted)", border: "0", borderRight: "1px solid var(--border)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--muted) 9%, transparent)", color: "inherit" },
  ".cm-activeLineGutter": { color: "var(--text)" },
  ".cm-selectionMatch, &.cm-focused .cm-matchingBracket, .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", color: "inherit" },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--danger-soft)", color: "inherit" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch, .cm-searchMatch span": { color: "var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--warn)" },
  ".cm-searchMatch-selected, .cm-searchMatch-selected span": { color: "var(--surface)" },
  ".cm-specialChar": { color: "var(--danger)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)", fontFamily: "var(--font)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--border)", borderRadius: "8px 8px 0 0" },
  ".cm-panel.cm-search, .cm-panel.cm-gotoLine": { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "6px", padding: "8px 34px 8px 10px" },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", margin: "0", fontSize: "13px", fontWeight: "400", whiteSpace: "nowrap" },
  ".cm-panel input[type=checkbox]": { margin: "0" },
  ".cm-panel .cm-textfield": { width: "auto", flex: "0 1 200px", margin: "0", padding: "3px 8px", fontSize: "13px", color: "inherit", backgroundColor: "var(--surface-2)", border: "1px solid var(--border)", borderRadius: "8px" },
  ".cm-panel .cm-button": { margin: "0", padding: "2px 8px", fontSize: "13px", color: "inherit", backgroundImage: "none", backgroundColor: "var(--surface)", border: "1px solid var(--border)", borderRadius: "8px" },
  ".cm-panel [name=close]": { position: "absolute", top: "6px", right: "6px", width: "24px", height: "24px", padding: "0", margin: "0", fontSize: "18px", lineHeight: "1", color: "var(--muted)", border: "0" },
  ".cm-tooltip": { color: "var(--text)", backgroundColor: "var(--surface)", border: "1px solid var(--border)", borderRadius: "8px", boxShadow: "var(--shadow)", fontFamily: "var(--font)", fontSize: "13px", maxWidth: "46ch" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy 1px", textUnderlineOffset: "4px", paddingBottom: "0" },
  ".cm-lintRange-error": { textDecorationColor: "var(--danger)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warn)" },
  ".cm-lintPoint::after": { bottom: "0" },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--danger)" },
  ".cm-gutter-lint": { width: "1.3em" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 .2em" },
  ".cm-lint-marker": { width: ".9em", height: ".9em", marginTop: ".32em", borderRadius: "50%", boxSizing: "border-box" },
  ".cm-lint-marker-error": { content: "none", backgroundColor: "var(--danger)" },
  ".cm-lint-marker-warning": { content: "none", backgroundColor: "transparent", border: "3px solid var(--warn)" },
});

export const look = [theme, syntaxHighlighting(colours), lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), bracketMatching()];
