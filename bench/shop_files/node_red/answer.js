// The body of Node-RED's function node: a visitor's state from the context store, keywords, replies.
const SAYS = {
  hello: "Hello, this is the small shop.",
  price: "The phone costs 699 dollars.",
  order: "Your order is on its way and arrives tomorrow.",
  lost: "Sorry, I did not understand that.",
  person: "A colleague will be with you in a minute.",
};
const NEED = "What would you like to know?";
const BUTTONS = [
  { title: "Prices", payload: "/price" },
  { title: "My order", payload: "/order" },
  { title: "A person", payload: "/person" },
];
const KEYWORDS = [
  ["person", /\b(human|person|agent|someone|representative|operator|colleague|support|customer service)\b/],
  ["order", /\b(order|package|parcel|track|tracking|shipped|delivered|stuff|arrive)\b/],
  ["price", /\b(price|prices|cost|costs|how much|charge|expensive)\b/],
  ["hello", /\b(hi|hello|hey|hiya|good|greetings|there|yo)\b/],
];
const sender = msg.payload.sender;
const text = msg.payload.message.toLowerCase();
const state = flow.get(`v_${sender}`) || { step: "new", turns: 0 };
let intent = "lost";
if (text.startsWith("/")) intent = text.slice(1);
else intent = (KEYWORDS.find(([, words]) => words.test(text)) || ["lost"])[0];
if (state.step === "new") intent = "hello";
state.turns += 1;
msg.payload = [];
if (state.step !== "with_person") {
  msg.payload.push({ recipient_id: sender, text: SAYS[intent] || SAYS.lost });
  if (intent === "person") state.step = "with_person";
  else {
    state.step = "need";
    msg.payload.push({ recipient_id: sender, text: NEED, buttons: BUTTONS });
  }
}
flow.set(`v_${sender}`, state);
return msg;
