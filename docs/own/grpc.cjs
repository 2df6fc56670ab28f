// Orders over gRPC, with @grpc/grpc-js: node grpc.cjs HOST PORT
const path = require("node:path")
const grpc = require("@grpc/grpc-js")
const loader = require("@grpc/proto-loader")

const [host, port] = process.argv.slice(2)
const { shop } = grpc.loadPackageDefinition(loader.loadSync(path.join(__dirname, "orders.proto")))
const lines = Array.from({ length: 20 }, (_, line) => ({ sku: `sku-${line}`, amount: line + 1 }))

const server = new grpc.Server()
server.addService(shop.Orders.service, {
  Get: (call, done) => done(null, { number: call.request.number, lines }),
})
server.bindAsync(`${host}:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error
})
