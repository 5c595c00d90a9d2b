// The demo shop: every page is drawn from one list of products; events go out in Segment's names.
const PRODUCTS = {
  iphone15pro: { name: "iPhone15 Pro", price: 7999, category: "phone", tint: "#8f8a81", zh: ["钛金属设计，A17 Pro 芯片", "4800 万像素主摄，支持 5 倍光学变焦", "USB-C 接口，全天候续航"], en: ["Titanium, with the A17 Pro chip", "48 MP main camera, 5x optical zoom", "USB-C and all-day battery"] },
  mate60pro: { name: "Mate 60 Pro", price: 6499, category: "phone", tint: "#3d6b58", zh: ["支持卫星通话", "第二代昆仑玻璃，更耐摔", "88W 有线快充"], en: ["Calls by satellite", "Second-generation tough glass", "88 W fast charging"] },
  xiaomi14: { name: "小米14", price: 3999, category: "phone", tint: "#57677d", zh: ["徕卡光学镜头", "第三代骁龙 8 处理器", "小尺寸，单手可握"], en: ["Leica optics", "Snapdragon 8 Gen 3", "Small enough for one hand"] },
  airpodspro: { name: "AirPods Pro", price: 1899, category: "audio", tint: "#b9bec7", zh: ["主动降噪，通透模式", "自适应音频", "最长 30 小时续航"], en: ["Active noise cancellation", "Adaptive audio", "Up to 30 hours with the case"] },
};
const kept = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; } };
const keep = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* Private windows may forbid it. */ } };
const asked = new URLSearchParams(location.search).get("lang");
if (asked) keep("shop:lang", asked === "en" ? "en" : "zh");
const zh = kept("shop:lang", "zh") !== "en";
const t = (a, b) => (zh ? a : b);
const yuan = (n) => `¥${n.toLocaleString("en-US")}`;
document.documentElement.lang = zh ? "zh-CN" : "en";

const page = document.body.dataset.page, product = PRODUCTS[document.body.dataset.product];
const cart = kept("shop:cart", {});
const pieces = () => Object.values(cart).reduce((sum, n) => sum + n, 0);
const total = () => Object.entries(cart).reduce((sum, [id, n]) => sum + PRODUCTS[id].price * n, 0);
const about = (id, quantity) => ({ product_id: id, name: PRODUCTS[id].name, price: PRODUCTS[id].price, currency: "CNY", category: PRODUCTS[id].category, ...(quantity ? { quantity } : {}) });

const queue = [];
const tell = (what, ...values) => (window.Dialoom ? window.Dialoom[what](...values) : queue.push([what, values]));
document.addEventListener("dialoom:ready", () => { for (const [what, values] of queue.splice(0)) window.Dialoom[what](...values); });

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

// Only words of this file reach element(); what people type is shown by textContent.
const picture = (id) => id === "airpodspro"
  ? `<svg viewBox="0 0 200 200" aria-hidden="true"><rect x="55" y="70" width="90" height="80" rx="34" fill="${PRODUCTS[id].tint}"/><path d="M55 104h90" stroke="#fff" stroke-width="2" opacity=".6"/><circle cx="100" cy="124" r="4" fill="#fff"/></svg>`
  : `<svg viewBox="0 0 200 200" aria-hidden="true"><rect x="62" y="22" width="76" height="156" rx="16" fill="${PRODUCTS[id].tint}"/><rect x="67" y="27" width="66" height="146" rx="12" fill="#11151c" opacity=".25"/><rect x="70" y="32" width="32" height="34" rx="10" fill="#11151c" opacity=".45"/><circle cx="80" cy="42" r="6" fill="#fff" opacity=".7"/><circle cx="92" cy="54" r="6" fill="#fff" opacity=".7"/></svg>`;

function frame() {
  document.title = `${product ? product.name : t("话流数码", "Dialoom Gadgets")} · ${t("演示商城", "demo shop")}`;
  document.body.prepend(element(`<header class="shop-top"><a class="shop-name" href="/demo/">${t("话流数码", "Dialoom Gadgets")}</a>
    <nav aria-label="${t("商品", "Products")}">${Object.keys(PRODUCTS).map((id) => `<a href="/demo/${id}/" ${PRODUCTS[id] === product ? 'aria-current="page"' : ""}>${PRODUCTS[id].name}</a>`).join("")}</nav>
    <a href="?lang=${zh ? "en" : "zh"}">${zh ? "English" : "中文"}</a><a class="cart-link" href="/demo/cart/">${t("购物车", "Cart")} <b id="pieces">${pieces()}</b></a></header>`));
}

function saveCart() {
  keep("shop:cart", cart);
  document.getElementById("pieces").textContent = pieces();
}

function change(id, by) {
  cart[id] = Math.max(0, (cart[id] || 0) + by);
  if (!cart[id]) delete cart[id];
  saveCart();
  tell("track", by > 0 ? "Product Added" : "Product Removed", about(id, Math.abs(by)));
}

const PAGES = {
  home(main) {
    main.append(element(`<div class="hero"><h1>${t("好手机，慢慢挑", "Good phones, no hurry")}</h1><p>${t("12 期免息，七天无理由退换。拿不准就问问右下角的客服。", "Twelve interest-free instalments, seven days to return. Ask us in the corner.")}</p></div>`));
    const tiles = Object.entries(PRODUCTS).map(([id, p]) => `<a class="shop-tile" href="/demo/${id}/">${picture(id)}<strong>${p.name}</strong><span>${yuan(p.price)}</span></a>`);
    main.append(element(`<div class="shop-tiles">${tiles.join("")}</div>`));
  },
  product(main) {
    const id = document.body.dataset.product, points = product[zh ? "zh" : "en"];
    main.append(element(`<div class="product"><div class="stage">${picture(id)}</div><div><h1>${product.name}</h1><p class="price">${yuan(product.price)}</p>
      <ul>${points.map((point) => `<li>${point}</li>`).join("")}</ul><p class="soft">${t(`12 期免息，每期 ${yuan(Math.round(product.price / 12))}`, `12 interest-free instalments of ${yuan(Math.round(product.price / 12))}`)}</p>
      <button id="add-to-cart" class="buy">${t("加入购物车", "Add to cart")}</button><p id="added" role="status" class="soft"></p></div></div>`));
    document.getElementById("add-to-cart").onclick = () => {
      change(id, 1);
      document.getElementById("added").textContent = t("已加入购物车", "It is in your cart");
    };
    tell("track", "Product Viewed", about(id));
  },
  cart(main) {
    const draw = () => {
      const rows = Object.entries(cart).map(([id, n]) => `<li data-id="${id}">${picture(id)}<strong>${PRODUCTS[id].name}</strong><span class="count"><button data-by="-1" aria-label="${t("减少一件", "One less")}">−</button><b>${n}</b><button data-by="1" aria-label="${t("增加一件", "One more")}">＋</button></span><span>${yuan(PRODUCTS[id].price * n)}</span></li>`);
      main.replaceChildren(element(`<div><h1>${t("购物车", "Cart")}</h1>${rows.length ? `<ul class="rows">${rows.join("")}</ul><p class="price">${t("合计", "Total")} ${yuan(total())}</p><a class="buy" id="to-checkout" href="/demo/checkout/">${t("去结算", "Check out")}</a>` : `<p class="soft">${t("购物车还是空的，去逛逛吧。", "Your cart is empty. Have a look around.")}</p><a class="buy" href="/demo/">${t("去逛逛", "To the shop")}</a>`}</div>`));
    };
    draw();
    main.addEventListener("click", (event) => {
      const by = Number(event.target.dataset.by);
      if (by) { change(event.target.closest("li").dataset.id, by); draw(); }
    });
    tell("track", "Cart Viewed", { products: Object.entries(cart).map(([id, n]) => about(id, n)) });
  },
  checkout(main) {
    main.append(element(`<div><h1>${t("确认订单", "Check out")}</h1><p class="price">${yuan(total())}</p><form id="checkout"><label>${t("收货人", "Name")}<input name="name" required maxlength="40" autocomplete="name"></label><label>${t("手机号", "Phone")}<input name="phone" required inputmode="tel" pattern="[0-9+ ]{6,20}" autocomplete="tel"></label><label>${t("收货地址", "Address")}<input name="address" required maxlength="120" autocomplete="street-address"></label><button id="place-order" class="buy">${t("提交订单", "Place the order")}</button></form></div>`));
    const form = document.getElementById("checkout");
    document.getElementById("place-order").disabled = !pieces();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const order = new Date().toISOString().slice(0, 10).replaceAll("-", "") + String(crypto.getRandomValues(new Uint32Array(1))[0]).padStart(10, "0");
      tell("identify", { name: form.elements.name.value.slice(0, 40) });
      tell("track", "Order Completed", { order_id: order, total: total(), currency: "CNY", products: Object.entries(cart).map(([id, n]) => about(id, n)) });
      for (const id of Object.keys(cart)) delete cart[id];
      saveCart();
      main.replaceChildren(element(`<div class="thanks"><h1>${t("下单成功", "Thank you")}</h1><p>${t("订单号", "Order number")} <b id="order-number">${order}</b></p><p class="soft">${t("这是演示商城，不会真的发货。", "This is a demo shop; nothing will be shipped.")}</p><a class="buy" href="/demo/">${t("继续逛逛", "Back to the shop")}</a></div>`));
    });
    tell("track", "Checkout Started", { value: total(), currency: "CNY" });
  },
};

frame();
tell("page", { path: location.pathname, type: page, title: document.title });
PAGES[page](document.querySelector("main"));
addEventListener("pagehide", () => tell("track", "page_leave", { path: location.pathname }));
const widget = document.createElement("script");
widget.src = "/widget.js";
widget.async = true;
widget.dataset.workspace = "phone_shop";
widget.dataset.lang = zh ? "zh-CN" : "en";
document.body.append(widget);
