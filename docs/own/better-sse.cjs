// An SSE server with better-sse (npm install better-sse). POST /publish sends its body to all
// clients of GET /events, or to one where the query says client=N.
const http = require('node:http')
const { createChannel, createSession } = require('better-sse')

const [host, port] = process.argv.slice(2)
const channel = createChannel()

http.createServer(async (request, response) => {
  const client = new URL(request.url, 'http://here').searchParams.get('client')
  if (request.method !== 'POST') {
    channel.register(await createSession(request, response, { state: { client } }))
    return
  }
  let body = ''
  for await (const part of request) body += part
  channel.broadcast(body, 'message', { filter: (one) => !client || one.state.client === client })
  response.writeHead(204).end()
}).listen(Number(port), host)
