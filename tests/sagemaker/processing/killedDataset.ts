import { writeDataset } from "../../../sagemaker/processing/dataset";
import { options } from "./fixture";

// A process that a test kills while it writes.
void writeDataset(options(process.argv[2] ?? ""));
