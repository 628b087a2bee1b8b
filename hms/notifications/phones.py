"""Phone numbers as people write them, and as a gateway wants them (E.164)."""

import phonenumbers
from phonenumbers import PhoneNumberType

HOME = "NO"
# No SMS reaches these, or somebody earns money on every one.
_REFUSED = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}


def e164(written: str) -> str:
    """The number with country code («+4791234567»); empty when no SMS can be sent to it.

    A number without a country code is Norwegian. Landlines and numbers that cost extra are no use.
    """
    if not written:
        return ""
    try:
        number = phonenumbers.parse(written, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number) or phonenumbers.number_type(number) in _REFUSED:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
