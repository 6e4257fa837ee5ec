// The demo shop's own script: tells Footfall what somebody does. Everything here is what a site would write itself.
window.footfall = window.footfall || function () { (footfall.q = footfall.q || []).push(arguments); };

for (const button of document.querySelectorAll("[data-product]")) {
  button.addEventListener("click", () => {
    footfall("add_to_cart", { product: button.dataset.product, price: Number(button.dataset.price) });
    document.querySelector(".note").textContent = "It is in your cart.";
  });
}

for (const form of document.querySelectorAll("form[data-amount]")) {
  form.addEventListener("submit", () => {
    footfall("purchase", { amount: Number(form.dataset.amount), currency: "EUR" });
  });
}
