/** The part of the rehearsal's tools that a control plane needs: a folder with the binaries. */
export interface ControlPlaneTools {
  readonly bin: string;
}
