namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command a person can give a resource in the dashboard.</summary>
public sealed class ResourceCommandAnnotation(
    string name,
    string displayName,
    Func<UpdateCommandStateContext, ResourceCommandState> updateState,
    Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
    string? displayDescription,
    object? parameter,
    string? confirmationMessage,
    string? iconName,
    IconVariant? iconVariant,
    bool isHighlighted) : IResourceAnnotation
{
    public string Name => name;
    public string DisplayName => displayName;
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState => updateState;
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand => executeCommand;
    public string? DisplayDescription => displayDescription;
    public object? Parameter => parameter;
    public string? ConfirmationMessage => confirmationMessage;
    public string? IconName => iconName;
    public IconVariant? IconVariant => iconVariant;

    /// <summary>A button in the row, rather than an entry of its menu.</summary>
    public bool IsHighlighted => isHighlighted;
}

/// <summary>Which of the two drawings of an icon.</summary>
public enum IconVariant
{
    Regular = 0,
    Filled = 1,
}

/// <summary>Whether a command can be given now.</summary>
public enum ResourceCommandState
{
    Enabled = 0,
    Disabled = 1,
    Hidden = 2,
}

/// <summary>What a command's state is decided on.</summary>
public sealed class UpdateCommandStateContext
{
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>The looks of a command.</summary>
public class CommandOptions
{
    public string? Description { get; set; }
    public object? Parameter { get; set; }

    /// <summary>A question put before the command runs.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>Name of a Fluent UI icon.</summary>
    public string? IconName { get; set; }

    public IconVariant? IconVariant { get; set; }

    /// <inheritdoc cref="ResourceCommandAnnotation.IsHighlighted" />
    public bool IsHighlighted { get; set; }

    /// <summary>Null: always enabled.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}
