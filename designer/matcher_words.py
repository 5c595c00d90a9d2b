"""Why rules are not matched by durable-rules, in words."""

from designer.marking import N_

WHY = {
    "not_built": N_("it was not built"),
    "took_too_long": N_("durable-rules did not come to an end with these rules"),
    "it_crashed": N_("durable-rules crashed over these rules"),
    "it_differed": N_("durable-rules and the oracle disagreed about a visitor"),
}
"""By code; what is no code is what durable-rules itself said."""
