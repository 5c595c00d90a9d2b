"""A small workspace as text, for tests; each test changes what it needs."""

from runtime import releases
from runtime.services import Services


def script(key: str, text: str, more: str = "") -> str:
    return f"script: {key}\n{more}variants: {{a: {{text: {{zh-CN: {text!r}, en: {text!r}}}}}}}\n"


SMALL = {
    "workspace.yaml": """\
workspace: small
languages: [zh-CN, en]
start: welcome
fallback: lost
human: {intent: ask_human, queue: service, script: wait, closed: back}
confidence: 0.2
coupons: {IP15-100: {title: 立减券, amount: 100, url: /demo/cart/}}
""",
    "flows/welcome.yaml": """\
flow: welcome
start: hi
steps:
  hi: {say: hi, next: need}
  need:
    ask: need
    choices:
      - {text: {zh-CN: 看价格, en: Prices}, next: price}
      - {text: {zh-CN: 查订单, en: My order}, next: orders}
    intents: {ask_price: price}
    otherwise: unsure
  unsure: {say: lost, next: need}
  price: {say: price, next: done}
  orders: {call: orders, next: done}
  done: {end: true}
""",
    "flows/orders.yaml": """\
flow: orders
start: number
steps:
  number: {ask: ask_number, slot: order_number, expect: {pattern: "[0-9]{6,}"}, retry: again, next: known, otherwise: human}
  known:
    branch:
      - {when: {fact: order.count, op: gte, value: 1}, next: found}
    otherwise: human
  found: {say: found, next: done}
  human: {handover: {queue: orders, reason: unknown order}, next: solved}
  solved: {say: solved, next: done}
  done: {end: true}
""",
    "scripts/hi.yaml": script("hi", "您好"),
    "scripts/need.yaml": script("need", "请问需要什么？"),
    "scripts/lost.yaml": script("lost", "抱歉，没听懂"),
    "scripts/price.yaml": script("price", "7999 元"),
    "scripts/ask_number.yaml": script("ask_number", "请问订单号？"),
    "scripts/again.yaml": script("again", "订单号是六位以上的数字"),
    "scripts/found.yaml": script("found", "订单 {{ slot.order_number }} 已付款"),
    "scripts/solved.yaml": script("solved", "问题解决了吗"),
    "scripts/wait.yaml": script("wait", "正在转接"),
    "scripts/back.yaml": script("back", "我回来了"),
    "scripts/offer.yaml": """\
script: offer
goal: Order Completed
weighting: bandit
variants:
  warm: {text: {zh-CN: "亲，送您{{ coupon.amount }}元券", en: "{{ coupon.amount }} off"}}
  formal: {text: {zh-CN: "您好，可用{{ coupon.amount }}元券", en: "A coupon of {{ coupon.amount }}"}}
""",
    "rules/dwell.yaml": """\
rule: dwell
priority: 70
trigger: {event: Product Viewed, where: {product: iPhone15 Pro}, dwell: {more_than: 1s, end_on: [page_leave, Product Added]}}
when: {all: [{fact: cart.count, op: eq, value: 0}]}
then: [{do: send_script, script: offer}, {do: push_coupon, coupon: IP15-100, expires: 30m}]
limits: {cooldown: 24h, per_session: 1}
""",
    "rules/orders.yaml": """\
rule: orders
trigger: {event: message, where: {intent: ask_order_status}}
then: [{do: start_flow, flow: orders}]
""",
    "nlu/zh.yml": """\
version: "3.1"
nlu:
- intent: ask_price
  examples: |
    - 多少钱
    - 价格是多少
    - 这个怎么卖
- intent: ask_human
  examples: |
    - 转人工
    - 人工客服
    - 我要找真人
- intent: ask_order_status
  examples: |
    - 我的订单到哪了
    - 查一下物流
    - 快递什么时候到
""",
}


async def publish_files(services: Services, changed: dict[str, str] | None = None) -> int:
    """Publish the small workspace, with some files changed."""
    files = {**SMALL, **(changed or {})}
    return await releases.publish(services.redis, services.engine, files, "test", "test")
