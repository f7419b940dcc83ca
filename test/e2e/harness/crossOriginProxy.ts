/**
 * @file A proxy in front of code-server that gives every webview an origin of its own, as on desktop and vscode.dev.
 * code-server serves webviews from its own origin, where browsers neither throttle nor isolate them, so tests of
 * hidden and background panels would prove nothing.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';

export interface CrossOriginProxy {
  /** Without a trailing slash. */
  readonly url: string;
  close(): void;
}

/** @param serverPort where code-server listens on this machine */
export function startCrossOriginProxy(serverPort: number): Promise<CrossOriginProxy> {
  let port = 0;

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const isWorkbench = incoming.url === '/' || incoming.url?.startsWith('/?') === true;
    const headers = { ...incoming.headers };
    // The workbench's page is rewritten, so it must come as plain text.
    if (isWorkbench) delete headers['accept-encoding'];
    const upstream = request(
      { host: '127.0.0.1', port: serverPort, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        if (isWorkbench) rewriteWorkbench(answer, outgoing);
        else answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
      },
    );
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  }

  function rewriteWorkbench(answer: IncomingMessage, outgoing: ServerResponse): void {
    let html = '';
    answer.setEncoding('utf8').on('data', (text: string) => {
      html += text;
    });
    answer.on('end', () => {
      const headers = { ...answer.headers };
      delete headers['content-length'];
      delete headers['transfer-encoding'];
      const policy = headers['content-security-policy'];
      if (typeof policy === 'string') {
        headers['content-security-policy'] = policy.replace(
          "frame-src 'self'",
          `frame-src 'self' http://*.localhost:${port}`,
        );
      }
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      outgoing.end(withOwnWebviewOrigin(html, port));
    });
  }

  const proxy = createServer(forward);
  proxy.on('upgrade', (incoming, socket, head) => {
    const upstream = connect(serverPort, '127.0.0.1', () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
        lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`);
      }
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
      if (head.length > 0) upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });

  return new Promise((done) => {
    proxy.listen(0, '127.0.0.1', () => {
      const address = proxy.address();
      port = typeof address === 'object' && address ? address.port : 0;
      const close = () => {
        proxy.closeAllConnections();
        proxy.close();
      };
      done({ url: `http://127.0.0.1:${port}`, close });
    });
  });
}

/** The workbench's configuration is JSON in an attribute of its page; browsers resolve *.localhost to this machine. */
function withOwnWebviewOrigin(html: string, port: number): string {
  const endpoint = /&quot;webviewEndpoint&quot;:&quot;([^&]*)&quot;/;
  return html.replace(endpoint, (_, path: string) => {
    const { pathname } = new URL(path, 'http://localhost/');
    return `&quot;webviewEndpoint&quot;:&quot;http://{{uuid}}.localhost:${port}${pathname}&quot;`;
  });
}
