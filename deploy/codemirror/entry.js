// All that the YAML editor takes of CodeMirror; whatever is not named here is left out of the bundle.
export { EditorState, Transaction } from "@codemirror/state";
export {
  EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { yaml } from "@codemirror/lang-yaml";
export { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
export { lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
export { tags } from "@lezer/highlight";
