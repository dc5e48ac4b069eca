// What a reader's browser needs to draw a chart itself: bundled into one file by build_assets.py.
// The interpreter evaluates chart expressions without `eval`, which our content security policy forbids.
export { default as embed } from "vega-embed";
export { expressionInterpreter } from "vega-interpreter";
