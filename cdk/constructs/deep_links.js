// Every path that names no file of the app is a place inside it: the app itself answers it.
// Known kinds of files, not any dot: a company may be called BRK.B.
var FILE = /\.(css|html|ico|jpg|js|json|map|png|svg|txt|wasm|webmanifest|woff2|xml)$/;

function handler(event) {
  var request = event.request;
  if (!FILE.test(request.uri)) {
    request.uri = "/index.html";
  }
  return request;
}
