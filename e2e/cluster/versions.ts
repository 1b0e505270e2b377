/** What the test cluster is made of. Cache folders are named by these, so a new value builds again. */
export const versions = {
  kubernetes: '1.36.3',
  coredns: '1.14.7',
  /** Major version of the Node.js binary in the injector's image. */
  node: '24',
} as const;

/** Lowest Go that both Go modules under `go/` build with. */
export const minimumGo = [1, 26] as const;

/** Lowest Node.js that runs these scripts. */
export const minimumNode = 20;
