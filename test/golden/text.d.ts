/** @file Text files that esbuild puts into the host suite's bundle. */
declare module '*.txt' {
  const text: string;
  export default text;
}
