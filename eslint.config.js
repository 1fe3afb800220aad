// The viewer's modules run in a browser; their tests, and this file, in Node.
import js from "@eslint/js";
import globals from "globals";

const strict = {
  complexity: ["error", 12],
  eqeqeq: "error",
  "max-depth": ["error", 3],
  "max-len": ["error", { code: 120 }],
  "max-lines": ["error", 220],
  "max-lines-per-function": ["error", { max: 45, skipBlankLines: true, skipComments: true }],
  "no-shadow": "error",
  "no-unused-vars": "error",
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" }, rules: strict },
  { files: ["app/**", "benchmarks/**"], languageOptions: { globals: globals.browser } },
  { files: ["tests/**", "eslint.config.js"], languageOptions: { globals: globals.node } },
  // A file of tests is a list of cases, and its length no sign of trouble.
  { files: ["tests/**"], rules: { "max-lines": "off" } },
];
