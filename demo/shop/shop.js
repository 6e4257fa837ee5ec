// The demo shop's own script: a cart that lasts as long as the tab, and what a shop would tell Footfall about it.
// Without this script the pages show a cart that somebody else has filled.

// For calls before footfall.js is there (tracker/README.md).
window.footfall = window.footfall || function () { (footfall.q = footfall.q || []).push(arguments); };

const goods = { cup: { name: "Morning cup", price: 19 }, pot: { name: "Rainy day pot", price: 64 } };

/** Products in the order in which they were added; a browser that denies storage gets an empty cart on each page. */
const cart = {
  read() {
    try {
      return JSON.parse(sessionStorage.cart || "[]").filter((product) => product in goods);
    } catch {
      return [];
    }
  },
  write(products) {
    try {
      sessionStorage.cart = JSON.stringify(products);
    } catch {
      // Then it is gone on the next page.
    }
    showCount(products);
  },
};

function showCount(products) {
  for (const place of document.querySelectorAll(".count")) place.textContent = products.length || "";
}

function row(what, price) {
  const line = document.createElement("tr");
  line.append(document.createElement("td"), document.createElement("td"));
  line.cells[0].textContent = what;
  line.cells[1].textContent = price;
  return line;
}

/** The cart's page: the visitor's own things in the place of the example, and what they come to. */
function showCart(table) {
  const products = cart.read();
  if (products.length === 0) return;
  const amount = products.reduce((sum, product) => sum + goods[product].price, 0);
  table.tBodies[0].replaceChildren(...products.map((product) => row(goods[product].name, `€${goods[product].price}`)));
  table.tFoot.rows[0].cells[1].textContent = `€${amount}`;
  document.querySelector("form[data-amount]").dataset.amount = amount;
}

showCount(cart.read());
for (const table of document.querySelectorAll("table")) showCart(table);

for (const button of document.querySelectorAll("[data-product]")) {
  button.addEventListener("click", () => {
    const product = button.dataset.product;
    footfall("add_to_cart", { product, price: goods[product].price });
    cart.write([...cart.read(), product]);
    document.querySelector(".note").textContent = "It is in your cart.";
  });
}

for (const form of document.querySelectorAll("form[data-amount]")) {
  form.addEventListener("submit", () => {
    footfall("purchase", { amount: Number(form.dataset.amount), currency: "EUR" });
    cart.write([]);
  });
}
