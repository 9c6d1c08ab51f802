const LAMBDA_FUNCTION = /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]{1,128})?$/;

/** Service integrations that run here. */
export const INTEGRATIONS = {
    processingJob: "arn:aws:states:::sagemaker:createProcessingJob.sync",
    trainingJob: "arn:aws:states:::sagemaker:createTrainingJob.sync",
    lambda: "arn:aws:states:::lambda:invoke",
    publish: "arn:aws:states:::sns:publish",
} as const;

/** Whether a Task's Resource is a Lambda function itself, and no integration. */
export function isFunction(resource: string): boolean {
    return LAMBDA_FUNCTION.test(resource);
}

/** Whether a Task's Resource can run here. */
export function isTaskResource(resource: string): boolean {
    return isFunction(resource) || Object.values<string>(INTEGRATIONS).includes(resource);
}
