/**
 * Limits of what may be ordered without being paid, so that nobody reserves the whole stock unpaid (OWASP API6).
 * Orders that ended unpaid count for an hour, since a reservation could otherwise be renewed for ever.
 */
const ORDERS_PER_ACCOUNT = 10;
/** Generous, since a school or a mobile operator's customers share one address. */
const ORDERS_PER_ADDRESS = 300;
/**
 * The share of a product's stock that unpaid orders of one account, or of one address, may hold. An order with a
 * valid card is unpaid for about a second, so buyers who share an address seldom meet this limit.
 */
const SHARE = 0.5;
/** Pieces of a product that are allowed whatever the share, so that small stocks can be sold. */
const FREE_PIECES = 10;
/** The most of an address's newest open orders whose pieces are summed, whatever the factor: the sum takes its time. */
const MOST_SUMMED = 3_000;

/** The limits as the function `over_unpaid_limits` of the database reads them. Not enough in stock is no limit there. */
export interface UnpaidLimits {
  orders_of_account: number;
  orders_of_address: number;
  /** The part of the available stock, and of the pieces reserved for the account or address, that it may hold. */
  share: number;
  free_pieces: number;
  /** Multiplies the pieces. */
  times: number;
  counted_of_address: number;
}

/** `factor` multiplies every limit. */
export const unpaidLimits = (factor: number): UnpaidLimits => ({
  orders_of_account: ORDERS_PER_ACCOUNT * factor,
  orders_of_address: ORDERS_PER_ADDRESS * factor,
  share: Math.min(1, SHARE * factor),
  free_pieces: FREE_PIECES,
  times: Math.max(1, factor),
  counted_of_address: Math.ceil(Math.min(MOST_SUMMED, ORDERS_PER_ADDRESS * Math.max(1, factor))),
});
