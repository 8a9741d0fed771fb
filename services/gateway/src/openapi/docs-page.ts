import { gatewayApi } from '@bramble/contracts/gateway';

const { docs, openApi } = gatewayApi;

/** The page that shows the contract with Swagger UI. It loads only files of this folder. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bramble API</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="${docs.path}/swagger-ui.css">
</head>
<body>
<main id="contract"><p>The contract is <a href="${openApi.path}">openapi.json</a>. This page shows it when scripts may run.</p></main>
<script src="${docs.path}/swagger-ui-bundle.js"></script>
<script src="${docs.path}/open.js"></script>
</body>
</html>
`;

/**
 * The script that opens the contract in Swagger UI. It sends the shop's session, so that an admin can try the admin
 * operations.
 */
export const openScript = `window.SwaggerUIBundle({
  url: '${openApi.path}',
  domNode: document.getElementById('contract'),
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
});
`;
