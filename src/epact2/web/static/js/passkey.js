// Passkeys: asks the browser for one, and sends what it gives with the form. Without this, a code works.
//
// <form data-passkey="create|get"> holds the options as JSON, one empty hidden field for the answer, a button that
// is hidden until passkeys are there, and a line for when the browser gives none.

for (const form of document.querySelectorAll("form[data-passkey]")) start(form);

function start(form) {
  const creating = form.dataset.passkey === "create";
  const read = window.PublicKeyCredential?.[creating ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON"];
  if (!read || !navigator.credentials) return;
  const options = JSON.parse(form.querySelector("script[type='application/json']").textContent);
  const field = form.querySelector("input[name$='passkey']");
  const button = form.querySelector("button[type='submit']");
  const failed = form.querySelector(".nhsuk-error-message");
  form.querySelector(".id-passkey__none").hidden = true;
  button.hidden = false;

  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      const publicKey = read.call(window.PublicKeyCredential, options.publicKey);
      const credential = await navigator.credentials[creating ? "create" : "get"]({ publicKey });
      field.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
