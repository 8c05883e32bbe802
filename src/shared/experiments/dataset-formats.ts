/** What a data set can be written as, by the ending of the file's name. */
export const DATASET_FORMATS = ["csv", "parquet", "npz"] as const;
export type DatasetFormat = (typeof DATASET_FORMATS)[number];
