// A tus server with @tus/server (npm install @tus/server @tus/file-store).
import { Server } from '@tus/server'
import { FileStore } from '@tus/file-store'

const [host, port, directory] = process.argv.slice(2)
const server = new Server({ path: '/files', datastore: new FileStore({ directory }) })
server.listen({ host, port: Number(port) })
