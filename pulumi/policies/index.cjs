// The CLI would type-check a TypeScript entry with a compiler of its own; Node needs none.
void import("./pack.ts");
