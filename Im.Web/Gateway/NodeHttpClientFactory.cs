using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Im.Web.Gateway;

/// <summary>
/// Gives a node 2 s to answer a handshake. A hung process still accepts connections (its kernel does), so without a limit a client would wait on it.
/// A node that answers 503 is about to stop: the same as one that does not answer.
/// </summary>
internal sealed class NodeHttpClientFactory : ForwarderHttpClientFactory
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(2);

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        base.WrapHandler(context, new Handshake(handler));

    private sealed class Handshake(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(HandshakeTimeout);
            try
            {
                var response = await base.SendAsync(request, limit.Token);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return response;
                response.Dispose();
                throw new HttpRequestException("The node takes no connections.", null, HttpStatusCode.ServiceUnavailable);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "The node did not answer the handshake in time.", e);
            }
        }
    }
}
