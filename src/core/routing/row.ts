/** What is read of a CSR together stands together: a row of the table of all CSRs is one line of the processor's cache. */

/** Numbers in a row. */
export const ROW = 8;
/** The room they have, below 0 of whoever takes nothing. As the place of something else: there is no such thing. */
export const ROOM = 0;
/** The two words of bits. */
export const LOW = 1;
export const HIGH = 2;
/** The first of the numbers by standing strategies, in the order of their table. */
export const STANDINGS = 3;
