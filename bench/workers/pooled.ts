/** The task of pool libraries that take a function as the default export of a file: the same as that of a step. */
export default ({ value }: { readonly value: number }): number => value;
