/*
 * Limits of values, for the schemas and for the storefront's forms. This file has no imports, so that a form does not
 * load the schemas into the browser.
 */

/** The largest quantity of one product in a cart or an order. */
export const MAX_QUANTITY = 999;
/** The largest number of different products in a cart or an order. */
export const MAX_LINES = 100;

/**
 * The length of a password in characters. Only the length counts (NIST SP 800-63B), so there are no rules on kinds of
 * characters.
 */
export const MIN_PASSWORD = 8;
export const MAX_PASSWORD = 128;
/** Characters of a person's name and of a telephone number. */
export const MAX_NAME = 80;
export const MAX_PHONE = 32;

/** Characters of a product's fields. */
export const MAX_TITLE = 140;
export const MAX_DESCRIPTION = 5_000;
export const MAX_CATEGORY = 64;

/** Characters of an address: a name, town or region; a line; a postcode. */
export const MAX_PLACE = 120;
export const MAX_ADDRESS_LINE = 200;
export const MAX_POSTAL_CODE = 20;
