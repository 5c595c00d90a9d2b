// The demo shop. Every page is a few lines of HTML; what it shows is drawn here from the catalogue,
// and what the visitor does is reported through the widget, in the names of Segment's ecommerce spec.
(() => {
  const kept = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* Then only this page knows. */ } };
  const wanted = new URLSearchParams(location.search).get("lang");
  if (wanted) keep("shop:lang", wanted === "en" ? "en" : "zh");
  const english = kept("shop:lang") === "en";
  const t = (zh, en) => (english ? en : zh);
  document.documentElement.lang = t("zh-CN", "en");

  const { page, product: shown } = document.body.dataset;
  const path = location.pathname;
  const yuan = (amount) => `¥${amount}`;

  // The widget arrives after us, so what happens until then waits for it.
  const early = [];
  const tell = (...call) => { early.push(call); told(); };
  const told = () => { if (window.Dialoom) for (const [what, ...values] of early.splice(0)) window.Dialoom[what](...values); };
  document.addEventListener("dialoom:ready", told);

  // The cart: one row for each product and colour.
  let rows = (Array.isArray(kept("shop:cart")) ? kept("shop:cart") : []).filter((row) => CATALOG[row?.id] && row.quantity > 0);
  const pieces = () => rows.reduce((sum, row) => sum + row.quantity, 0);
  const total = () => rows.reduce((sum, row) => sum + row.quantity * CATALOG[row.id].price, 0);
  const about = (id, quantity) => {
    const { name, price, category } = CATALOG[id];
    return { product_id: id, name, price, currency: "CNY", ...(quantity ? { quantity } : { category }) };
  };
  const bought = () => rows.map(({ id, quantity }) => {
    const { name, price } = CATALOG[id];
    return { product_id: id, name, price, quantity };
  });

  function change(id, color, by) {
    const row = rows.find((other) => other.id === id && other.color === color) ?? { id, color, quantity: 0 };
    if (!row.quantity) rows.push(row);
    row.quantity += by;
    saveCart(rows.filter((other) => other.quantity > 0));
    tell("track", by > 0 ? "Product Added" : "Product Removed", about(id, Math.abs(by)));
  }

  function saveCart(next) {
    rows = next;
    keep("shop:cart", rows);
    document.querySelector("#pieces").textContent = pieces();
    document.querySelector(".cart-link").classList.toggle("empty", !pieces());
  }

  // Only words of this shop pass through html(); what people type is never shown.
  function html(text) {
    const template = document.createElement("template");
    template.innerHTML = text;
    return template.content;
  }
  const picture = (id, tint = CATALOG[id].colors[0][2]) => `<div class="picture" style="--tint: ${tint}">${CATALOG[id].draw(CATALOG[id])}</div>`;
  const colorName = (id, color) => { const [zh, en] = CATALOG[id].colors[color] ?? CATALOG[id].colors[0]; return t(zh, en); };

  function frame(main) {
    const name = t("话流数码", "Dialoom Gadgets");
    const title = { home: t("安心选一部好手机", "Good phones, no hurry"), cart: t("购物车", "Cart"), checkout: t("结算", "Check out") }[page];
    document.title = `${CATALOG[shown]?.name ?? title} · ${name}`;
    const links = Object.entries(CATALOG).map(([id, { name: label }]) => `<a href="/demo/${id}/"${id === shown ? ' aria-current="page"' : ""}>${label}</a>`);
    document.body.prepend(html(`
      <a class="skip" href="#main">${t("跳到内容", "Skip to the content")}</a>
      <header class="top">
        <a class="brand" href="/demo/">${name}</a>
        <nav aria-label="${t("商品", "Products")}">${links.join("")}</nav>
        <a class="language" href="?lang=${t("en", "zh")}" lang="${t("en", "zh-CN")}">${t("English", "中文")}</a>
        <a class="cart-link${pieces() ? "" : " empty"}" href="/demo/cart/">${t("购物车", "Cart")}<b id="pieces">${pieces()}</b></a>
      </header>`), main);
    main.after(html(`<footer class="foot">${t("演示商城：商品不会真的发货，也不会收取任何费用。", "A demo shop: nothing is charged, nothing is shipped.")}</footer>`));
  }

  const pages = {
    home(main) {
      const tiles = Object.entries(CATALOG).map(([id, { name, price, tagline }]) => `
        <li><a class="tile" href="/demo/${id}/">${picture(id)}<strong>${name}</strong><span>${t(...tagline)}</span><b>${yuan(price)}</b></a></li>`);
      main.append(html(`
        <div class="hero"><h1>${t("好手机，慢慢挑", "Good phones, no hurry")}</h1>
          <p>${t("12 期免息，七天无理由退换。拿不准？问问右下角的客服。", "Twelve interest-free instalments, seven days to return. Not sure? Ask us, bottom right.")}</p></div>
        <ul class="tiles">${tiles.join("")}</ul>`));
    },

    product(main) {
      const { name, price, tagline, colors, points } = CATALOG[shown];
      const monthly = yuan(Math.ceil(price / 12));
      const swatches = colors.map(([zh, en, tint], index) => `
        <label title="${t(zh, en)}" style="--tint: ${tint}"><input type="radio" name="color" value="${index}" ${index ? "" : "checked"}><span class="hidden">${t(zh, en)}</span></label>`);
      main.append(html(`
        <div class="product">
          <div class="stage">${picture(shown)}</div>
          <div class="facts">
            <h1>${name}</h1><p class="tagline">${t(...tagline)}</p>
            <p class="price">${yuan(price)} <small>${t(`12 期免息，每期约 ${monthly}`, `or 12 × about ${monthly}, interest-free`)}</small></p>
            <fieldset><legend>${t("颜色：", "Colour: ")}<span id="color">${colorName(shown, 0)}</span></legend><div class="swatches">${swatches.join("")}</div></fieldset>
            <button id="add-to-cart" class="buy" type="button">${t("加入购物车", "Add to cart")}</button>
            <p id="added" class="added" role="status"></p>
            <p class="promise">${t("顺丰包邮 · 全国联保 · 七天无理由", "Free delivery · Warranty · Seven days to return")}</p>
          </div>
        </div>
        <ul class="points">${points.map(([zh, en, more, moreEn]) => `<li><strong>${t(zh, en)}</strong>${t(more, moreEn)}</li>`).join("")}</ul>`));
      let color = 0;
      main.querySelector(".swatches").addEventListener("change", (event) => {
        color = Number(event.target.value);
        main.querySelector(".picture").style.setProperty("--tint", colors[color][2]);
        main.querySelector("#color").textContent = colorName(shown, color);
      });
      main.querySelector("#add-to-cart").addEventListener("click", () => {
        change(shown, color, 1);
        main.querySelector("#added").textContent = t(`已加入购物车，共 ${pieces()} 件`, `In your cart: ${pieces()}`);
      });
    },

    cart(main) {
      const row = ({ id, color, quantity }, index) => `
        <li data-index="${index}"><a href="/demo/${id}/" tabindex="-1" aria-hidden="true">${picture(id, CATALOG[id].colors[color]?.[2])}</a>
          <div class="what"><strong>${CATALOG[id].name}</strong><span>${colorName(id, color)}</span></div>
          <div class="count"><button type="button" data-by="-1" aria-label="${t("减少一件", "One less")}" ${quantity > 1 ? "" : "disabled"}>−</button><b>${quantity}</b><button type="button" data-by="1" aria-label="${t("增加一件", "One more")}">+</button></div>
          <b class="sum">${yuan(CATALOG[id].price * quantity)}</b>
          <button type="button" class="remove" data-by="${-quantity}" aria-label="${t(`移除 ${CATALOG[id].name}`, `Remove ${CATALOG[id].name}`)}">${t("移除", "Remove")}</button></li>`;
      const draw = () => main.replaceChildren(html(rows.length ? `
        <h1>${t("购物车", "Cart")}</h1><ul class="rows">${rows.map(row).join("")}</ul>
        <div class="to-pay"><p>${t("合计", "Total")} <b class="price" aria-live="polite">${yuan(total())}</b></p>
          <a class="buy" id="to-checkout" href="/demo/checkout/">${t("去结算", "Check out")}</a></div>` : nothing()));
      draw();
      main.addEventListener("click", (event) => {
        const { by } = event.target.dataset, item = event.target.closest("[data-index]");
        if (!by) return;
        const { id, color } = rows[item.dataset.index], again = `[data-index="${item.dataset.index}"] [data-by="${by}"]:enabled`;
        change(id, color, Number(by));
        draw();
        (main.querySelector(again) ?? main.querySelector(".count button:enabled") ?? main.querySelector("a")).focus();
      });
    },

    checkout(main) {
      if (!rows.length) return main.append(html(nothing()));
      const field = (name, label, hint, more) => `<label>${label}<input name="${name}" ${more} aria-describedby="${name}-hint"><small id="${name}-hint" hidden>${hint}</small></label>`;
      const list = rows.map(({ id, color, quantity }) => `<li><span>${CATALOG[id].name} · ${colorName(id, color)} × ${quantity}</span><b>${yuan(CATALOG[id].price * quantity)}</b></li>`);
      main.append(html(`
        <h1>${t("确认订单", "Check out")}</h1>
        <div class="checkout">
          <form id="checkout" novalidate>
            ${field("name", t("收货人", "Name"), t("请填写收货人姓名", "Please enter a name"), 'autocomplete="name" maxlength="40"')}
            ${field("phone", t("手机号", "Phone"), t("请填写正确的手机号", "Please enter a phone number"), 'type="tel" autocomplete="tel" maxlength="20"')}
            ${field("address", t("收货地址", "Address"), t("请填写详细地址", "Please enter a full address"), 'autocomplete="street-address" maxlength="160"')}
            <button id="place-order" class="buy" type="submit">${t("提交订单", "Place the order")}</button>
          </form>
          <aside><h2>${t("订单明细", "Your order")}</h2><ul>${list.join("")}</ul><p>${t("应付", "To pay")} <b class="price">${yuan(total())}</b></p></aside>
        </div>`));
      const form = main.querySelector("form");
      form.addEventListener("input", ({ target }) => { if (target.hasAttribute("aria-invalid")) fits(target); });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const wrong = ["name", "phone", "address"].map((name) => form.elements[name]).filter((input) => !fits(input));
        if (wrong.length) wrong[0].focus(); else order(main, form.elements.name.value.trim());
      });
    },
  };

  const nothing = () => `<div class="nothing"><h1>${t("购物车还是空的", "Your cart is empty")}</h1><p>${t("去看看有没有喜欢的吧。", "Have a look around.")}</p><a class="buy" href="/demo/">${t("去逛逛", "To the shop")}</a></div>`;

  function fits(input) {
    const rule = { name: /\S/, phone: /^\+?[\d\s-]{7,20}$/, address: /\S.*\S.*\S/ }[input.name];
    const good = rule.test(input.value.trim());
    if (good) input.removeAttribute("aria-invalid"); else input.setAttribute("aria-invalid", "true");
    document.querySelector(`#${input.name}-hint`).hidden = good;
    return good;
  }

  function order(main, name) {
    const day = new Date().toLocaleDateString("sv").replaceAll("-", "");
    const number = day + String(crypto.getRandomValues(new Uint32Array(1))[0]).padStart(10, "0");
    tell("identify", { name });
    tell("track", "Order Completed", { order_id: number, total: total(), currency: "CNY", products: bought() });
    saveCart([]);
    main.replaceChildren(html(`
      <div class="nothing"><p class="tick" aria-hidden="true">✓</p><h1 tabindex="-1">${t("下单成功，谢谢您", "Thank you for your order")}</h1>
        <p>${t("订单号", "Order number")} <b id="order-number">${number}</b></p>
        <p>${t("想查物流？把订单号发给客服就行。", "Wondering where it is? Send the number to our chat.")}</p>
        <a class="buy" href="/demo/">${t("继续逛逛", "Back to the shop")}</a></div>`));
    main.querySelector("h1").focus();
  }

  function report() {
    tell("page", { path, type: page, title: document.title });
    if (page === "product") tell("track", "Product Viewed", about(shown));
    if (page === "cart") tell("track", "Cart Viewed", { total: total(), currency: "CNY", products: bought() });
    if (page === "checkout" && rows.length) tell("track", "Checkout Started", { total: total(), currency: "CNY", products: bought() });
  }

  const main = document.querySelector("main");
  frame(main);
  pages[page](main);
  report();
  addEventListener("pagehide", () => tell("track", "page_leave", { path }));
  // Only what is seen counts as time on a page, so say when it is covered and when it is back.
  setInterval(() => { if (!document.hidden) tell("track", "page_beat", { path }); }, 30_000);
  document.addEventListener("visibilitychange", () => tell("track", document.hidden ? "page_hidden" : "page_shown", { path }));
  document.addEventListener("mouseleave", (event) => event.clientY <= 0 && tell("track", "exit_intent", { path }), { once: true });
  // Back from the browser's memory: nothing was loaded, yet the page is being looked at again.
  addEventListener("pageshow", (event) => { if (event.persisted) report(); });
})();
