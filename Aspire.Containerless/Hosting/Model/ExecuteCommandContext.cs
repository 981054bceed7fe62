namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command being carried out.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The id of the replica it was given to, such as <c>realtime-1</c>.</summary>
    public required string ResourceName { get; init; }

    public required IServiceProvider ServiceProvider { get; init; }

    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>How a command ended.</summary>
public sealed class ExecuteCommandResult
{
    public required bool Success { get; init; }

    public bool Canceled { get; init; }

    /// <summary>Shown to the person.</summary>
    public string? ErrorMessage { get; init; }
}

/// <inheritdoc cref="ExecuteCommandResult" />
public static class CommandResults
{
    public static ExecuteCommandResult Success() => new() { Success = true };

    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, ErrorMessage = errorMessage };

    public static ExecuteCommandResult Failure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Failure(exception.Message);
    }

    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}
