namespace Aspire.Hosting.ApplicationModel;

/// <summary>Sets environment variables, just before each start.</summary>
public class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<EnvironmentCallbackContext, Task> Callback => callback;
}

/// <inheritdoc cref="EnvironmentCallbackAnnotation" />
public class EnvironmentCallbackContext(IResource resource, Dictionary<string, object> environmentVariables, CancellationToken cancellationToken)
{
    /// <summary>Strings, or <see cref="IValueProvider" />s that are read when all are known.</summary>
    public Dictionary<string, object> EnvironmentVariables => environmentVariables;

    public IResource Resource => resource;

    public CancellationToken CancellationToken => cancellationToken;
}
