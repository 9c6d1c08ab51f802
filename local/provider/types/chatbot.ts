import { z } from "zod";
import { defineType } from "../define";
import { arn, regional, tags, text } from "./common";

const slackChannelConfiguration = defineType({
    token: "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    inputs: regional({
        configurationName: text(/^[\w-]{1,128}$/, "at most 128 letters, digits, _ and -"),
        guardrailPolicyArns: z.array(arn("iam")).optional(),
        iamRoleArn: arn("iam"),
        loggingLevel: z.enum(["ERROR", "INFO", "NONE"]).optional(),
        slackChannelId: text(/^[A-Za-z0-9]{1,256}$/, "a channel id such as C0123456789"),
        slackTeamId: text(/^[0-9A-Z]{1,255}$/, "a workspace id such as T0123456789"),
        snsTopicArns: z.array(arn("sns")).optional(),
        tags: tags.optional(),
        userAuthorizationRequired: z.boolean().optional(),
    }),
    replaceOn: [],
    sets: ["snsTopicArns"],
    physicalName: { property: "configurationName", autoName: false, maxLength: 128 },
    identify: ({ globalArn, physicalName }) =>
        globalArn("chatbot", `chat-configuration/slack-channel/${physicalName}`),
    derive: ({ id }, inputs) => ({
        chatConfigurationArn: id,
        loggingLevel: inputs.loggingLevel ?? "NONE",
        slackChannelName: "",
        slackTeamName: "",
        userAuthorizationRequired: inputs.userAuthorizationRequired ?? false,
    }),
});

/** Notifications in chat rooms. */
export const chatbotTypes = [slackChannelConfiguration];
