// An SSE server that publishes by itself, with nothing but Node: a reading every 50 ms, numbered,
// without a time.
const http = require('node:http')

const [host, port] = process.argv.slice(2)
const listening = new Set()

http.createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.flushHeaders()
  listening.add(response)
  response.on('close', () => listening.delete(response))
}).listen(Number(port), host)

let number = 0
setInterval(() => {
  number += 1
  const text = JSON.stringify({ value: Math.sin(number) })
  for (const response of listening) response.write(`id: ${number}\ndata: ${text}\n\n`)
}, 50)
