// Serves index.html for every path that is not a file: the app resolves such paths itself.
// Only known file extensions count as files, not any dot: a company may be called BRK.B.
var FILE = /\.(css|html|ico|jpg|js|json|map|png|svg|txt|wasm|webmanifest|woff2|xml)$/;

function handler(event) {
  var request = event.request;
  if (!FILE.test(request.uri)) {
    request.uri = "/index.html";
  }
  return request;
}
