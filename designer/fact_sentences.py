"""Facts as people say them."""

from designer.marking import N_

EMPTY_FACTS = {
    "cart.count": N_("the cart is empty"),
    "order.count": N_("there was no order yet"),
}
FACTS = {
    "cart.count": N_("pieces in the cart"),
    "cart.total": N_("value of the cart"),
    "page.product": N_("product being viewed"),
    "page.path": N_("path of the page"),
    "page.type": N_("type of the page"),
    "order.count": N_("number of orders"),
    "order.days_since": N_("days since the last order"),
    "order.month_count": N_("orders in the last 30 days"),
    "order.month_total": N_("value of the orders in the last 30 days"),
    "order.id": N_("last order's number"),
    "order.total": N_("last order's value"),
    "order.state": N_("last order's state"),
    "order.product": N_("last order's product"),
    "visitor.opted_out": N_("visitor wants no marketing"),
    "visitor.returning": N_("visitor has come back"),
    "visitor.name": N_("visitor's name"),
    "visitor.vip": N_("visitor is a VIP"),
    "message.intent": N_("intent of the message"),
    "entity.phone": N_("phone number in the message"),
    "entity.order_number": N_("order number in the message"),
    "entity.email": N_("e-mail address in the message"),
    "entity.date": N_("day in the message"),
    "entity.money": N_("amount of money in the message"),
    "entity.number": N_("number in the message"),
    "sentiment.label": N_("sentiment of the message"),
    "sentiment.compound": N_("strength of the sentiment"),
    "sentiment.anger": N_("anger in the message"),
    "sentiment.escalate": N_("how much the message calls for a person"),
    "sentiment.recent": N_("sentiment of the last three messages"),
    "visitor.upset": N_("visitor is upset (two bad messages)"),
    "session.messages": N_("messages in this session"),
    "session.fallbacks": N_("times not understood"),
    "time.hour": N_("hour of the day"),
    "time.weekday": N_("day of the week"),
}
