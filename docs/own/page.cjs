// A page with nothing but Node: a document, a style sheet and twelve pictures.
const http = require('node:http')

const [host, port] = process.argv.slice(2)
const picture = Buffer.alloc(4000, 7)

http.createServer((request, response) => {
  const [body, type] = request.url === '/' ? ['<title>page</title>', 'text/html']
    : request.url === '/style.css' ? ['body { color: #222 }', 'text/css']
    : /^\/picture\/\d+$/.test(request.url) ? [picture, 'image/png'] : []
  response.writeHead(body ? 200 : 404, { 'Content-Type': type ?? 'text/plain' })
  response.end(body)
}).listen(Number(port), host)
