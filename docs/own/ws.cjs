// A WebSocket server with ws (npm install ws). POST /publish sends its body to all clients, or to
// one where the query says client=N.
const http = require('node:http')
const { WebSocketServer } = require('ws')

const [host, port] = process.argv.slice(2)
const clientOf = (request) => new URL(request.url, 'http://here').searchParams.get('client')

const server = http.createServer(async (request, response) => {
  const client = clientOf(request)
  let body = ''
  for await (const part of request) body += part
  for (const socket of sockets.clients) {
    if (!client || socket.client === client) socket.send(JSON.stringify({ type: 'event', data: body }))
  }
  response.writeHead(204).end()
})
const sockets = new WebSocketServer({ server })
sockets.on('connection', (socket, request) => {
  socket.client = clientOf(request)
  socket.send(JSON.stringify({ type: 'hello' })) // a greeting is no event
})
server.listen(Number(port), host)
