// What the demo shop sells: names, prices, colours, words in two languages, and a drawing of each.
const CATALOG = {
  iphone15pro: {
    name: "iPhone15 Pro", price: 7999, category: "phone", draw: drawPhone, camera: "three",
    tagline: ["钛金属，轻而坚固", "Titanium. Strong and light."],
    colors: [["原色钛金属", "Natural titanium", "#9a948a"], ["蓝色钛金属", "Blue titanium", "#47536a"], ["白色钛金属", "White titanium", "#dcdad4"], ["黑色钛金属", "Black titanium", "#45464a"]],
    points: [["A17 Pro 芯片", "A17 Pro chip", "大型游戏与影像处理都从容", "Quick in games and in pictures"], ["4800 万像素主摄", "48 MP main camera", "一支手机，多种焦段", "Several focal lengths in one phone"], ["USB-C 接口", "USB-C", "一根线，充电传输都方便", "One cable for power and data"]],
  },
  mate60pro: {
    name: "Mate 60 Pro", price: 6499, category: "phone", draw: drawPhone, camera: "ring",
    tagline: ["没有信号，也能联系", "In touch where there is no signal."],
    colors: [["雅川青", "Green", "#7d9f92"], ["白沙银", "Silver", "#d8d7d2"], ["南糯紫", "Violet", "#8f83ab"], ["雅丹黑", "Black", "#3b3d42"]],
    points: [["卫星通话", "Satellite calls", "荒野无信号也能拨打接听", "Call from where no mast reaches"], ["第二代昆仑玻璃", "Kunlun glass", "更耐摔，用得安心", "Takes a fall more calmly"], ["88W 有线快充", "88 W charging", "短短一杯咖啡的时间", "Done while you have a coffee"]],
  },
  xiaomi14: {
    name: "小米14", price: 3999, category: "phone", draw: drawPhone, camera: "square",
    tagline: ["小尺寸，全能力", "Small in the hand, nothing left out."],
    colors: [["岩石青", "Jade", "#9db3a3"], ["雪山粉", "Pink", "#e3c3c6"], ["白色", "White", "#e6e5e1"], ["黑色", "Black", "#3c3d41"]],
    points: [["徕卡光学镜头", "Leica optics", "三颗镜头，各有所长", "Three lenses, each with its own job"], ["第三代骁龙 8", "Snapdragon 8 Gen 3", "又快又省电", "Fast, and easy on the battery"], ["6.36 英寸直屏", "6.36″ flat screen", "单手就能掌握", "Fits one hand"]],
  },
  airpodspro: {
    name: "AirPods Pro", price: 1899, category: "earphones", draw: drawEarphones,
    tagline: ["世界静下来，音乐响起来", "The world goes quiet. The music does not."],
    colors: [["白色", "White", "#f4f4f2"]],
    points: [["主动降噪", "Noise cancelling", "通勤路上也有安静一刻", "A quiet moment on the train"], ["自适应音频", "Adaptive audio", "该听见的，不会错过", "You still hear what matters"], ["配合充电盒长续航", "Long life with the case", "出门一天不用找插座", "A whole day without a socket"]],
  },
  miwasher: {
    name: "小米滚筒洗衣机", price: 1999, category: "washing_machine", draw: drawWasher,
    tagline: ["十公斤大容量，安静洗净", "Ten kilos, clean and quiet."],
    colors: [["白色", "White", "#eceef0"], ["星空银", "Silver", "#b9bec6"]],
    points: [["10 公斤", "10 kg", "一次洗完全家的衣物", "The whole family in one go"], ["直驱变频", "Direct drive", "夜里洗也不吵", "Quiet enough for the night"], ["高温除菌", "Hot wash", "贴身衣物更安心", "Kinder to what you wear next to the skin"]],
  },
};

function drawPhone({ camera }) {
  const lens = (x, y, r) => `<circle cx="${x}" cy="${y}" r="${r}" fill="#14161b"/><circle cx="${x}" cy="${y}" r="${r * 0.62}" fill="#262d3b"/><circle cx="${x - r * 0.22}" cy="${y - r * 0.25}" r="${r * 0.2}" fill="#8fa3c4"/>`;
  const cameras = {
    three: `<rect x="76" y="52" width="72" height="74" rx="20" fill="var(--tint)" stroke="#fff" stroke-opacity=".35"/><rect x="76" y="52" width="72" height="74" rx="20" fill="#000" fill-opacity=".08"/>${lens(96, 72, 13)}${lens(96, 106, 13)}${lens(128, 89, 13)}<circle cx="128" cy="66" r="4.5" fill="#fff3d6"/>`,
    ring: `<circle cx="142" cy="100" r="46" fill="#17191e"/><circle cx="142" cy="100" r="46" fill="none" stroke="#fff" stroke-opacity=".4" stroke-width="2.5"/>${lens(142, 76, 12)}${lens(122, 110, 12)}${lens(162, 110, 12)}<circle cx="142" cy="128" r="4" fill="#fff3d6"/>`,
    square: `<rect x="76" y="52" width="86" height="86" rx="22" fill="#1b1d22"/><rect x="76" y="52" width="86" height="86" rx="22" fill="none" stroke="#fff" stroke-opacity=".3"/>${lens(99, 75, 15)}${lens(139, 75, 15)}${lens(99, 115, 15)}<circle cx="139" cy="115" r="5.5" fill="#fff3d6"/>`,
  };
  return `<svg viewBox="0 0 380 420" aria-hidden="true">
    <defs><linearGradient id="gloss" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#fff" stop-opacity=".42"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".2"/></linearGradient>
    <linearGradient id="dawn" x1="0" y1="0" x2=".4" y2="1"><stop stop-color="#22304f"/><stop offset=".5" stop-color="var(--tint)"/><stop offset="1" stop-color="#f0c9a4"/></linearGradient></defs>
    <ellipse cx="190" cy="392" rx="140" ry="11" fill="#000" opacity=".13"/>
    <rect x="174" y="58" width="152" height="326" rx="30" fill="#0f1115"/><rect x="174" y="58" width="152" height="326" rx="30" fill="none" stroke="var(--tint)" stroke-width="4"/>
    <rect x="182" y="66" width="136" height="310" rx="23" fill="url(#dawn)"/><rect x="232" y="76" width="36" height="10" rx="5" fill="#0f1115"/>
    <circle cx="276" cy="236" r="46" fill="#fff" opacity=".16"/><path d="M182 318c36-30 70-16 136-44v79a23 23 0 0 1-23 23h-90a23 23 0 0 1-23-23z" fill="#0f1115" opacity=".26"/>
    <rect x="60" y="34" width="164" height="346" rx="34" fill="var(--tint)"/><rect x="60" y="34" width="164" height="346" rx="34" fill="url(#gloss)"/>
    <rect x="61.5" y="35.5" width="161" height="343" rx="32.5" fill="none" stroke="#fff" stroke-opacity=".45" stroke-width="2"/>${cameras[camera]}</svg>`;
}

function drawEarphones() {
  const bud = (at) => `<g transform="${at}"><path d="M0 0c0-26 18-44 42-44 22 0 36 15 36 35 0 22-15 36-34 36-4 0-7 2-7 6v74a13 13 0 0 1-26 0V34C5 26 0 14 0 0z" fill="var(--tint)"/><path d="M0 0c0-26 18-44 42-44 22 0 36 15 36 35 0 22-15 36-34 36-4 0-7 2-7 6v74a13 13 0 0 1-26 0V34C5 26 0 14 0 0z" fill="url(#shade)" stroke="#8b9099" stroke-opacity=".35"/><ellipse cx="70" cy="-12" rx="13" ry="20" transform="rotate(-18 70 -12)" fill="#d4d6da"/><rect x="17" y="-26" width="24" height="7" rx="3.5" fill="#2b2e35" transform="rotate(-24 29 -22)"/></g>`;
  return `<svg viewBox="0 0 380 420" aria-hidden="true">
    <defs><linearGradient id="shade" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#fff" stop-opacity=".7"/><stop offset="1" stop-color="#8e94a0" stop-opacity=".34"/></linearGradient></defs>
    <ellipse cx="190" cy="392" rx="130" ry="11" fill="#000" opacity=".13"/>
    ${bud("translate(92 96)")}${bud("translate(288 96) scale(-1 1)")}
    <rect x="82" y="226" width="216" height="158" rx="66" fill="var(--tint)"/><rect x="82" y="226" width="216" height="158" rx="66" fill="url(#shade)" stroke="#8b9099" stroke-opacity=".35"/>
    <path d="M83 284h214" stroke="#8b9099" stroke-opacity=".55" stroke-width="1.5"/><rect x="166" y="280" width="48" height="9" rx="4.5" fill="#c9ccd2"/><circle cx="190" cy="318" r="4" fill="#3fae6a"/></svg>`;
}

function drawWasher() {
  return `<svg viewBox="0 0 380 420" aria-hidden="true">
    <defs><linearGradient id="shine" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#fff" stop-opacity=".6"/><stop offset="1" stop-color="#7d8490" stop-opacity=".35"/></linearGradient></defs>
    <ellipse cx="190" cy="396" rx="140" ry="10" fill="#000" opacity=".13"/>
    <rect x="66" y="34" width="248" height="354" rx="16" fill="var(--tint)"/><rect x="66" y="34" width="248" height="354" rx="16" fill="url(#shine)" stroke="#8b9099" stroke-opacity=".4"/>
    <path d="M66 96h248" stroke="#8b9099" stroke-opacity=".45"/><rect x="86" y="54" width="66" height="24" rx="6" fill="#fff" fill-opacity=".55"/><circle cx="226" cy="66" r="15" fill="#3c414b"/><circle cx="226" cy="66" r="9" fill="#b9bec6"/><rect x="252" y="56" width="44" height="20" rx="4" fill="#14161b"/>
    <circle cx="190" cy="240" r="104" fill="#c3c8d0"/><circle cx="190" cy="240" r="84" fill="#20242c"/><path d="M108 254c30-22 56 14 84-4s52-10 80 2a84 84 0 0 1-164 2z" fill="#5f86b8" opacity=".75"/><circle cx="160" cy="208" r="26" fill="#fff" opacity=".08"/></svg>`;
}
