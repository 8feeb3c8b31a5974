/** The version of this package; a test holds it equal to the manifests. */
export const version = "0.1.0";
