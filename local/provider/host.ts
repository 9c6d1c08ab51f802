import type { ResourceRecord } from "../services/service";

/**
 * Where the provider keeps what it deployed. The running stack's host implements it over HTTP; the records are the
 * configuration of its services. A rejected promise fails the deployment step, and its message is what the user reads.
 */
export interface ResourceHost {
    /** Creates or replaces the record and makes it run. Answers outputs to merge, such as an address and a port. */
    put(record: ResourceRecord): Promise<Readonly<Record<string, unknown>>>;
    /** Stops what runs for the record and forgets it. A record that is not there is not an error. */
    remove(type: string, id: string): Promise<void>;
    /** The record, or undefined where there is none. */
    get(type: string, id: string): Promise<ResourceRecord | undefined>;
}
