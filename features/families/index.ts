import type { Family } from "../family";
import { movingAverages } from "./movingAverages";

/** Every family that has code, in catalogue order. */
export const FAMILIES_COMPUTED: readonly Family[] = [movingAverages];
