/** File of the store in the data folder. */
export const STORE_FILE = "frontdesk.sqlite";
