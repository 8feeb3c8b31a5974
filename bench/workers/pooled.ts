/** The task of pool libraries that take a function as the default export of a file. */
export default (value: number): number => value;
