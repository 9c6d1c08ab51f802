import { z } from "zod";

/** A tag in one of the image repositories. */
export const imageTag = () => z.string().regex(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/, "an image tag");

/** What SageMaker runs a job on. */
export const instanceType = () => z.string().regex(/^ml\.[a-z0-9]+\.[a-z0-9]+$/, "such as ml.m5.2xlarge");

/** Gigabytes of each instance's disk, at $0.14 per GB-month while a job runs. */
export const volumeGb = () => z.int().min(20).max(1_000);
