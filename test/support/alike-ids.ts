/** Two ids that hashtextextended takes for one: looked for by their second halves, which undo what the first ones differ in. */
export const ALIKE_IDS = ['PAGW-YFWXXP7CAQAJG00AARA', 'PAGW-ROWKP760M0M0AMNSZ08'] as const;
