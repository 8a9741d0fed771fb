/*
 * How long or large a value may be. The schemas and the storefront's forms take it from here. This file imports nothing,
 * so that a form does not bring the schemas into the browser.
 */

/** How many of one product a cart or an order may hold. */
export const MAX_QUANTITY = 999;
/** How many different products. */
export const MAX_LINES = 100;

/** Characters. Length is what counts in a password, so there are no rules on kinds of characters. */
export const MIN_PASSWORD = 8;
export const MAX_PASSWORD = 128;
/** Characters of a person's name and telephone number. */
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
