using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Another's health check that answers in time, whatever hangs: after <see cref="Limit"/> it is unhealthy. The look itself goes on, and whoever asks meanwhile waits for the same
/// one: a server that hangs is not asked again and again. A look that has not come back after <see cref="GivenUpAfter"/> is cancelled and left to itself.
/// </summary>
internal sealed class BoundedHealthCheck(HealthCheckRegistration registration, Func<IServiceProvider, IHealthCheck> inner) : IHealthCheck
{
    /// <summary>With this <c>/health</c> answers within a second.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(800);

    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private (Task<HealthCheckResult> Result, CancellationToken GivenUp) _look = (Task.FromResult(HealthCheckResult.Healthy()), default);
    private IServiceScopeFactory? _scopes;

    public static void Wrap(HealthCheckRegistration registration)
    {
        var bounded = new BoundedHealthCheck(registration, registration.Factory);
        registration.Timeout = Timeout.InfiniteTimeSpan; // it is kept here
        registration.Factory = services =>
        {
            bounded._scopes ??= services.GetRequiredService<IServiceScopeFactory>();
            return bounded;
        };
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookAsync(context).WaitAsync(Limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new(registration.FailureStatus, $"No answer within {Limit.TotalMilliseconds:0} ms.");
        }
    }

    private Task<HealthCheckResult> LookAsync(HealthCheckContext context)
    {
        lock (_gate)
        {
            if (_look.Result.IsCompleted || _look.GivenUp.IsCancellationRequested)
            {
                var givenUp = new CancellationTokenSource(GivenUpAfter);
                var token = givenUp.Token; // before it runs: a quick one has disposed of the source by the next line
                _look = (Task.Run(() => RunAsync(context, givenUp), CancellationToken.None), token);
            }
            return _look.Result;
        }
    }

    // In a scope of its own: the request's may be over before it is.
    private async Task<HealthCheckResult> RunAsync(HealthCheckContext context, CancellationTokenSource givenUp)
    {
        using (givenUp)
        {
            try
            {
                await using var scope = _scopes!.CreateAsyncScope();
                return await inner(scope.ServiceProvider).CheckHealthAsync(context, givenUp.Token);
            }
            catch (Exception failure)
            {
                return new(registration.FailureStatus, failure.Message, failure);
            }
        }
    }
}
