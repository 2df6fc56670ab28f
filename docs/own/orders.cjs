// A REST server with nothing but Node: GET /orders/NUMBER is answered in JSON.
const http = require('node:http')

const [host, port] = process.argv.slice(2)
const lines = Array.from({ length: 20 }, (_, number) => ({
  sku: `SKU-${number}`, quantity: 1 + (number % 5), title: `Article ${number}`.padEnd(60, '.'),
}))

http.createServer((request, response) => {
  const found = /^\/orders\/(\d+)$/.exec(request.url)
  const status = request.method === 'GET' && found ? 200 : 404
  const body = JSON.stringify(found ? { number: Number(found[1]), lines } : { error: 'no order' })
  response.writeHead(status, {
    'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}).listen(Number(port), host)
