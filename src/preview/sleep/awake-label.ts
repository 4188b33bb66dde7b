/** The label that wakes a preview, and keeps it awake as long as its pull request has it. */
export const AWAKE_LABEL = 'multus-preview-awake';
