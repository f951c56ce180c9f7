"""What to do about each reason code, in one sentence: receipts, rejected files and docs/reason-codes.md show these."""

from partner_program.domain.files.outcomes import ReasonCode

_BY_CODE = {
    # The file as a whole is refused
    ReasonCode.KEY_NOT_ALLOWED: "Upload under pos/<distributor_id>/<report_id>.csv(.gz) or records/<kind>/<name>.csv.",
    ReasonCode.FOREIGN_BUCKET: "The operator finds out who sends events of another bucket.",
    ReasonCode.NO_VERSION: "The operator turns versioning of the uploads bucket on; then upload the file again.",
    ReasonCode.MISSING: "The file was gone before it was read: upload it again.",
    ReasonCode.TOO_LARGE: "Split the report into smaller ones, each with its own report id.",
    ReasonCode.EMPTY: "Send the file with its header row; a report without sales is a header row alone.",
    ReasonCode.NOT_A_CSV: "Export as CSV text; no workbook, archive, PDF or web page under another name.",
    ReasonCode.WRONG_ENCODING: "Save the file as UTF-8; the message names the first byte that is not.",
    ReasonCode.BAD_GZIP: "Compress the whole file once with gzip; its key ends in .csv.gz.",
    ReasonCode.GZIP_RATIO: "Upload the file uncompressed; it expands more than any report does.",
    ReasonCode.LINE_TOO_LONG: "End each line with a line break; the named row does not end.",
    ReasonCode.UNCLOSED_QUOTE: "Close the quotes of the named row; a quote within a quoted field is written twice.",
    ReasonCode.WRONG_DELIMITER: "Separate the columns by commas.",
    ReasonCode.MISSING_COLUMN: "Add the column under exactly the name in the message.",
    ReasonCode.DUPLICATE_COLUMN: "Keep each column name once in the header.",
    ReasonCode.TOO_MANY_LINES: "Split the report into smaller ones, each with its own report id.",
    ReasonCode.REPORT_MISMATCH: "Make report_id in every row equal to the report id in the key.",
    ReasonCode.DISTRIBUTOR_MISMATCH: "Report your own sales only, with the distributor_id of the key in every row.",
    ReasonCode.UNKNOWN_KIND: "Upload records under one of the kinds of the format.",
    # A line or row is rejected
    ReasonCode.COLUMN_COUNT: "Give the row as many columns as the header; quote fields that hold a comma.",
    ReasonCode.FIELD_TOO_LONG: "Shorten the field.",
    ReasonCode.CONTROL_CHARACTER: "Remove the control or invisible character, or the line break, from the field.",
    ReasonCode.MISSING_VALUE: "Fill in the column.",
    ReasonCode.UNEXPECTED_VALUE: "Leave the column empty, or correct what the message says it contradicts.",
    ReasonCode.INVALID_ID: "Write the id in at most 64 ASCII letters, digits, '.', '_', '-'; no blanks.",
    ReasonCode.INVALID_DATE: "Write the date as YYYY-MM-DD, without a time, and check that the day exists.",
    ReasonCode.INVALID_NUMBER: "Write digits with one leading minus and one point at most; no blanks, plus, exponent.",
    ReasonCode.INVALID_COUNTRY: "Use the two-letter ISO 3166-1 code in capitals; the United Kingdom is GB.",
    ReasonCode.INVALID_CURRENCY: "Use the three-letter ISO 4217 code in capitals.",
    ReasonCode.INVALID_CHOICE: "Use one of the words that the message lists.",
    ReasonCode.INVALID_TEXT: "Correct the text as the message says.",
    ReasonCode.FUTURE_DATE: "Correct the date, or report the line again when that day has come.",
    ReasonCode.ZERO_QUANTITY: "Leave the line out, or state the quantity sold or returned.",
    ReasonCode.SIGN_MISMATCH: "Give amount and quantity the same sign; both are negative for a return.",
    ReasonCode.TOO_MANY_DECIMALS: "State the number with fewer decimals; an amount has those of its currency.",
    ReasonCode.OUT_OF_RANGE: "Check the value against the limits in the message.",
    ReasonCode.REPEATED_LINE: "Several rows have this invoice and line number but differ: send one, in a new upload.",
    # A line or row is held
    ReasonCode.UNKNOWN_DISTRIBUTOR: "The vendor records the distributor; its lines are then counted by themselves.",
    ReasonCode.UNKNOWN_SITE: "Check the site id, or have the vendor record the site; the line then counts by itself.",
    ReasonCode.SITE_NOT_OPEN: "Check site and invoice date, or have the vendor correct the dates of the site.",
    ReasonCode.SITE_IN_OTHER_COUNTRY: "Correct the country of the line, or have the vendor correct that of the site.",
    ReasonCode.COUNTRY_NOT_IN_PROGRAM: "The owner adds the country to the rulebook; then the file is processed again.",
    ReasonCode.NO_RULES_IN_FORCE: "Check the invoice date: the rulebook does not reach back to it.",
    ReasonCode.OTHER_CURRENCY: "State the amount in the currency of the account, which the message names.",
    ReasonCode.UNKNOWN_SKU: "Check the sku, or have the vendor record the product; the line then counts by itself.",
    ReasonCode.CATEGORY_MISMATCH: "Leave product_category empty, correct it, or have the vendor correct the product.",
    ReasonCode.LINE_CHANGED: "The line was counted with other content. Correct it by a credit line and a new line.",
    ReasonCode.UNKNOWN_PARTNER: "Upload the partner; the row is then taken by itself.",
    ReasonCode.UNKNOWN_ACCOUNT: "Upload a site of the partner in that country; the row is then taken by itself.",
    ReasonCode.UNKNOWN_PERSON: "Upload the person with a site; the row is then taken by itself.",
    ReasonCode.MCIE_WITHOUT_MCIT: "MCIE needs an MCIT that is valid on its date: upload that, or correct the dates.",
    # A duplicate
    ReasonCode.ALREADY_COUNTED: "Nothing: an earlier report has this very line, and it is counted once.",
    ReasonCode.REPEATED_IN_FILE: "Nothing: the file has this very line more than once, and it is counted once.",
    ReasonCode.UNCHANGED: "Nothing: the record already says so.",
    ReasonCode.OLDER_THAN_RECORDED: "Nothing: a later upload has already replaced this row.",
}


def what_to_do(code: ReasonCode) -> str:
    """What the sender (or, where said, the vendor) should do."""
    return _BY_CODE[code]
